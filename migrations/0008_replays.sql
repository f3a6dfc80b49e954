ALTER TABLE `cluster_jobs` ADD `kind` text DEFAULT 'place' NOT NULL;--> statement-breakpoint
ALTER TABLE `cluster_jobs` ADD `replay` text;--> statement-breakpoint
ALTER TABLE `cluster_jobs` ADD `progress` text;--> statement-breakpoint
ALTER TABLE `cluster_jobs` ADD `result` text;