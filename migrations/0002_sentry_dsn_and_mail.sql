ALTER TABLE `feedback` ADD `link_key` text;--> statement-breakpoint
CREATE INDEX `feedback_link` ON `feedback` (`project_id`,`source`,`link_key`) WHERE link_key IS NOT NULL;--> statement-breakpoint
ALTER TABLE `sources` ADD `channel` text DEFAULT 'webhook' NOT NULL;--> statement-breakpoint
ALTER TABLE `sources` ADD `address_key` text;--> statement-breakpoint
ALTER TABLE `sources` ADD `settings` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE `sources` ADD `dropped` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
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
