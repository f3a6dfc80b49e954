ALTER TABLE `cluster_jobs` ADD `cancelled_by` text;--> statement-breakpoint
CREATE INDEX `clusters_by_first_seen` ON `clusters` (`project_id`,`first_seen_at`,`id`);--> statement-breakpoint
CREATE INDEX `clusters_by_count` ON `clusters` (`project_id`,`item_count`,`id`);