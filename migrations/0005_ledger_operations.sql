CREATE TABLE `grouping_links` (
	`project_id` text NOT NULL,
	`feedback_id` text NOT NULL,
	`operation_id` text NOT NULL,
	`kind` text NOT NULL,
	`side` integer NOT NULL,
	PRIMARY KEY(`project_id`, `feedback_id`, `operation_id`, `kind`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `links_operation` ON `grouping_links` (`project_id`,`operation_id`);--> statement-breakpoint
CREATE TABLE `operation_clusters` (
	`project_id` text NOT NULL,
	`cluster_id` text NOT NULL,
	`revision` integer NOT NULL,
	`operation_id` text NOT NULL,
	PRIMARY KEY(`project_id`, `cluster_id`, `revision`, `operation_id`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `operation_clusters_operation` ON `operation_clusters` (`project_id`,`operation_id`);--> statement-breakpoint
CREATE TABLE `operations` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`revision` integer NOT NULL,
	`kind` text NOT NULL,
	`actor` text NOT NULL,
	`effect` text NOT NULL,
	`undone_by` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `operations_project` ON `operations` (`project_id`,`revision`);--> statement-breakpoint
CREATE TABLE `proposals` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`kind` text NOT NULL,
	`cluster_id` text NOT NULL,
	`into_id` text,
	`reasons` text NOT NULL,
	`status` text DEFAULT 'open' NOT NULL,
	`decided_by` text,
	`decided_at` integer,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `proposals_cluster` ON `proposals` (`project_id`,`cluster_id`,`status`);--> statement-breakpoint
CREATE INDEX `proposals_into` ON `proposals` (`project_id`,`into_id`,`status`);--> statement-breakpoint
CREATE INDEX `proposals_recent` ON `proposals` (`project_id`,`status`,`created_at`,`id`);--> statement-breakpoint
DROP INDEX `decisions_feedback`;--> statement-breakpoint
DROP INDEX `decisions_cluster`;--> statement-breakpoint
ALTER TABLE `grouping_decisions` ADD `rule_version` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `grouping_decisions` ADD `operation_id` text;--> statement-breakpoint
ALTER TABLE `grouping_decisions` ADD `revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `decisions_operation` ON `grouping_decisions` (`project_id`,`operation_id`) WHERE operation_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `decisions_feedback` ON `grouping_decisions` (`project_id`,`feedback_id`,`revision`,`created_at`);--> statement-breakpoint
CREATE INDEX `decisions_cluster` ON `grouping_decisions` (`project_id`,`cluster_id`,`revision`,`created_at`);--> statement-breakpoint
ALTER TABLE `clusters` ADD `title_edited_at` integer;--> statement-breakpoint
ALTER TABLE `clusters` ADD `summary_edited_at` integer;--> statement-breakpoint
ALTER TABLE `clusters` ADD `labels` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `clusters` ADD `assignee` text;--> statement-breakpoint
ALTER TABLE `clusters` ADD `ignore_reason` text;--> statement-breakpoint
ALTER TABLE `clusters` ADD `ignore_until` integer;--> statement-breakpoint
ALTER TABLE `clusters` ADD `ignore_until_count` integer;--> statement-breakpoint
CREATE INDEX `clusters_merged` ON `clusters` (`project_id`,`merged_into`) WHERE merged_into IS NOT NULL;--> statement-breakpoint
CREATE INDEX `clusters_asleep` ON `clusters` (`ignore_until`) WHERE status = 'ignored' AND ignore_until IS NOT NULL;--> statement-breakpoint
ALTER TABLE `feedback` ADD `duplicate_of` text;--> statement-breakpoint
CREATE INDEX `feedback_duplicates` ON `feedback` (`project_id`,`duplicate_of`) WHERE duplicate_of IS NOT NULL;