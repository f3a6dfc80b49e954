CREATE TABLE `pull_news` (
	`project_id` text NOT NULL,
	`pull_number` integer NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`state` text NOT NULL,
	`sha` text,
	`at` integer NOT NULL,
	PRIMARY KEY(`project_id`, `pull_number`, `kind`, `subject`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `clusters` ADD `merged_at` integer;--> statement-breakpoint
ALTER TABLE `clusters` ADD `soak_until` integer;--> statement-breakpoint
ALTER TABLE `clusters` ADD `regressed_pr_url` text;--> statement-breakpoint
CREATE INDEX `clusters_soaking` ON `clusters` (`soak_until`) WHERE status = 'merged' AND soak_until IS NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `waiting_for` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `pause` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `asked` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `guidance` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `limits` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `resume_from` text DEFAULT 'start' NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `take` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `recoveries` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `retry_of` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `follow_up` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `pr_state` text;--> statement-breakpoint
CREATE INDEX `runs_pull` ON `runs` (`project_id`,`pr_number`) WHERE pr_number IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_queue` ON `runs` (`project_id`,`created_at`,`id`) WHERE status IN ('pending', 'running');--> statement-breakpoint
UPDATE `clusters` SET `merged_at` = `updated_at`, `soak_until` = `updated_at` + 604800000 WHERE `status` = 'merged';--> statement-breakpoint
UPDATE `runs` SET `waiting_for` = CASE WHEN `evidence` IS NULL THEN 'approval' ELSE 'findings' END WHERE `status` = 'waiting';--> statement-breakpoint
UPDATE `runs` SET `pr_state` = 'open' WHERE `pr_number` IS NOT NULL;
