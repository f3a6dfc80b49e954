CREATE TABLE `dead_letters` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`source_id` text,
	`message` text NOT NULL,
	`error` text NOT NULL,
	`failed_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `dead_letters_recent` ON `dead_letters` (`project_id`,`failed_at`,`id`);--> statement-breakpoint
CREATE TABLE `erasures` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`source_id` text,
	`requested_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `erasures_age` ON `erasures` (`requested_at`);--> statement-breakpoint
ALTER TABLE `clusters` ADD `occurrence_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `feedback` ADD `link_key` text;--> statement-breakpoint
ALTER TABLE `feedback` ADD `occurrences` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `feedback` ADD `last_occurred_at` integer;--> statement-breakpoint
CREATE INDEX `feedback_source` ON `feedback` (`project_id`,`source_id`,`id`) WHERE source_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `feedback_link` ON `feedback` (`project_id`,`source`,`link_key`) WHERE link_key IS NOT NULL;--> statement-breakpoint
ALTER TABLE `sources` ADD `channel` text DEFAULT 'webhook' NOT NULL;--> statement-breakpoint
ALTER TABLE `sources` ADD `address_key` text;--> statement-breakpoint
ALTER TABLE `sources` ADD `previous_secret_sealed` text;--> statement-breakpoint
ALTER TABLE `sources` ADD `previous_secret_until` integer;--> statement-breakpoint
ALTER TABLE `sources` ADD `settings` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `sources` ADD `delivered` text DEFAULT '{"accepted":0,"duplicate":0,"refused":0,"dropped":{}}' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `sources_address_key_unique` ON `sources` (`address_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `sources_one_of_channel` ON `sources` (`project_id`,`channel`) WHERE channel IN ('dsn', 'mail');
--> statement-breakpoint
-- Every project has a DSN from here on: those that are there already get theirs now.
INSERT INTO `sources` (`id`, `project_id`, `kind`, `name`, `channel`, `address_key`, `secret_sealed`, `created_at`)
SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
       `id`, 'sentry', 'Sentry SDKs', 'dsn', lower(hex(randomblob(16))), '', unixepoch() * 1000
FROM `projects`;
--> statement-breakpoint
-- Reports of Sentry that are there already are linked by their issue, as new ones are.
UPDATE `feedback` SET `link_key` = 'issue:' || json_extract(`metadata`, '$.issue_id')
WHERE `source` = 'sentry' AND json_extract(`metadata`, '$.issue_id') IS NOT NULL;
