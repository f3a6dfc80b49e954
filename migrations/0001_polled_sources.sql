CREATE TABLE `poll_targets` (
	`source_id` text NOT NULL,
	`project_id` text NOT NULL,
	`target` text NOT NULL,
	`cursor` text DEFAULT '{}' NOT NULL,
	`polled_at` integer,
	`last_error` text,
	`last_error_at` integer,
	PRIMARY KEY(`source_id`, `target`),
	FOREIGN KEY (`source_id`) REFERENCES `sources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `poll_targets_project` ON `poll_targets` (`project_id`,`source_id`,`target`);--> statement-breakpoint
CREATE TABLE `polls` (
	`source_id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`every_minutes` integer NOT NULL,
	`next_at` integer NOT NULL,
	`reddit` text,
	FOREIGN KEY (`source_id`) REFERENCES `sources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `polls_project` ON `polls` (`project_id`);--> statement-breakpoint
CREATE INDEX `polls_due` ON `polls` (`next_at`);--> statement-breakpoint
ALTER TABLE `sources` ADD `accepted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `sources` ADD `duplicate` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `sources` ADD `filtered` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `sources` ADD `refused` integer DEFAULT 0 NOT NULL;