CREATE TABLE `model_calls` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`run_id` text,
	`task` text NOT NULL,
	`model` text NOT NULL,
	`outcome` text NOT NULL,
	`input_tokens` integer NOT NULL,
	`output_tokens` integer NOT NULL,
	`micro_usd` integer NOT NULL,
	`price_version` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `model_calls_recent` ON `model_calls` (`project_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `model_calls_run` ON `model_calls` (`project_id`,`run_id`,`created_at`,`id`) WHERE run_id IS NOT NULL;