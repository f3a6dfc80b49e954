ALTER TABLE `runs` ADD `evidence` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `opened_by` text;