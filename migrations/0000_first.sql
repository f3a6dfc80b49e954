CREATE TABLE `api_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`scopes` text,
	`token_hash` text NOT NULL,
	`hint` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`revoked_at` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_tokens_token_hash_unique` ON `api_tokens` (`token_hash`);--> statement-breakpoint
CREATE INDEX `api_tokens_project` ON `api_tokens` (`project_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`target` text NOT NULL,
	`detail` text NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `audit_recent` ON `audit_log` (`project_id`,`at`,`id`);--> statement-breakpoint
CREATE TABLE `cluster_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`status` text NOT NULL,
	`stats` text NOT NULL,
	`error` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`heartbeat_at` integer,
	`finished_at` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `cluster_jobs_recent` ON `cluster_jobs` (`project_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `cluster_jobs_live` ON `cluster_jobs` (`heartbeat_at`) WHERE status IN ('pending', 'running');--> statement-breakpoint
CREATE TABLE `clusters` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`title` text NOT NULL,
	`summary` text NOT NULL,
	`status` text DEFAULT 'new' NOT NULL,
	`severity` text DEFAULT 'medium' NOT NULL,
	`item_count` integer DEFAULT 0 NOT NULL,
	`source_counts` text NOT NULL,
	`summarised_count` integer DEFAULT 0 NOT NULL,
	`touched_at` integer,
	`merged_into` text,
	`github_branch` text,
	`github_pr_url` text,
	`github_pr_number` integer,
	`error_message` text,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `clusters_recent` ON `clusters` (`project_id`,`last_seen_at`,`id`);--> statement-breakpoint
CREATE INDEX `clusters_recent_by_status` ON `clusters` (`project_id`,`status`,`last_seen_at`,`id`);--> statement-breakpoint
CREATE INDEX `clusters_pull` ON `clusters` (`project_id`,`github_pr_number`);--> statement-breakpoint
CREATE INDEX `clusters_undescribed` ON `clusters` (`project_id`) WHERE summarised_count = 0 AND item_count > 0 AND merged_into IS NULL;--> statement-breakpoint
CREATE TABLE `feedback` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`source` text NOT NULL,
	`source_id` text,
	`external_id` text NOT NULL,
	`title` text NOT NULL,
	`body` text NOT NULL,
	`raw_text` text NOT NULL,
	`metadata` text NOT NULL,
	`fingerprint` text,
	`state` text DEFAULT 'open' NOT NULL,
	`cluster_id` text,
	`unclustered` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`received_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `feedback_external` ON `feedback` (`project_id`,`source`,`external_id`);--> statement-breakpoint
CREATE INDEX `feedback_recent` ON `feedback` (`project_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `feedback_recent_by_source` ON `feedback` (`project_id`,`source`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `feedback_cluster` ON `feedback` (`project_id`,`cluster_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `feedback_unclustered` ON `feedback` (`project_id`,`received_at`,`id`) WHERE unclustered = 1;--> statement-breakpoint
CREATE INDEX `feedback_waiting` ON `feedback` (`received_at`) WHERE unclustered = 1;--> statement-breakpoint
CREATE INDEX `feedback_fingerprint` ON `feedback` (`project_id`,`fingerprint`);--> statement-breakpoint
CREATE TABLE `grouping_decisions` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`feedback_id` text NOT NULL,
	`cluster_id` text NOT NULL,
	`previous_cluster_id` text,
	`tier` text NOT NULL,
	`similarity` text,
	`neighbours` text NOT NULL,
	`threshold` text NOT NULL,
	`method` text NOT NULL,
	`embedder_version` text NOT NULL,
	`actor` text NOT NULL,
	`job_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `decisions_feedback` ON `grouping_decisions` (`project_id`,`feedback_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `decisions_cluster` ON `grouping_decisions` (`project_id`,`cluster_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `grouping_revisions` (
	`project_id` text NOT NULL,
	`revision` integer NOT NULL,
	`actor` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`project_id`, `revision`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`project_id` text NOT NULL,
	`actor` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`status` integer NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`project_id`, `actor`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_age` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `memberships` (
	`project_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`project_id`, `user_id`),
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `memberships_user` ON `memberships` (`user_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `plans` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`cluster_id` text NOT NULL,
	`version` integer NOT NULL,
	`content` text NOT NULL,
	`base_sha` text,
	`author` text NOT NULL,
	`created_at` integer NOT NULL,
	`approved_by` text,
	`approved_at` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `plans_version` ON `plans` (`project_id`,`cluster_id`,`version`);--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`number` integer NOT NULL,
	`name` text NOT NULL,
	`github_repo` text,
	`owner_user_id` text NOT NULL,
	`base_branch` text,
	`path_prefix` text,
	`setup_command` text,
	`test_command` text,
	`approval_required` integer DEFAULT true NOT NULL,
	`settings` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`owner_user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `projects_number_unique` ON `projects` (`number`);--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`cluster_id` text NOT NULL,
	`plan_id` text NOT NULL,
	`runner` text NOT NULL,
	`status` text NOT NULL,
	`attempt` integer NOT NULL,
	`started_by` text NOT NULL,
	`base_sha` text,
	`branch` text,
	`head_sha` text,
	`pr_url` text,
	`pr_number` integer,
	`artifact_key` text,
	`error` text,
	`spent_micro_usd` integer DEFAULT 0 NOT NULL,
	`generation` integer DEFAULT 0 NOT NULL,
	`heartbeat_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `runs_one_live_per_cluster` ON `runs` (`project_id`,`cluster_id`) WHERE status IN ('pending', 'running', 'waiting');--> statement-breakpoint
CREATE INDEX `runs_recent` ON `runs` (`project_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `runs_cluster` ON `runs` (`project_id`,`cluster_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `runs_live` ON `runs` (`heartbeat_at`) WHERE status IN ('pending', 'running');--> statement-breakpoint
CREATE TABLE `sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `sign_in_links` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `sources` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`secret_sealed` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_delivery_at` integer,
	`last_error` text,
	`last_error_at` integer,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sources_project` ON `sources` (`project_id`,`kind`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);