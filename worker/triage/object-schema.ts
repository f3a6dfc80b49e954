/** Each runs once, in order; one that has run is never changed. */
const MIGRATIONS = [
  `CREATE TABLE vectors (feedback_id TEXT PRIMARY KEY, text_at INTEGER NOT NULL, embedder TEXT NOT NULL,
     stack_share REAL NOT NULL, vector BLOB) WITHOUT ROWID;
   CREATE TABLE edges (a TEXT NOT NULL, b TEXT NOT NULL, cosine REAL NOT NULL, PRIMARY KEY (a, b)) WITHOUT ROWID;
   CREATE INDEX edges_b ON edges (b);
   CREATE TABLE idf_pages (page INTEGER PRIMARY KEY, counts BLOB NOT NULL);
   CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE spend (day TEXT PRIMARY KEY, micro_usd INTEGER NOT NULL) WITHOUT ROWID;`,
  `ALTER TABLE vectors ADD COLUMN features BLOB;
   ALTER TABLE vectors ADD COLUMN trace BLOB;
   CREATE TABLE verdicts (a TEXT NOT NULL, b TEXT NOT NULL, same INTEGER NOT NULL, reason TEXT NOT NULL, judge TEXT NOT NULL,
     PRIMARY KEY (a, b)) WITHOUT ROWID;
   CREATE INDEX verdicts_b ON verdicts (b);`,
  `CREATE TABLE replay_seen (feedback_id TEXT PRIMARY KEY) WITHOUT ROWID;
   CREATE TABLE replay_moves (feedback_id TEXT PRIMARY KEY, origin TEXT NOT NULL, target TEXT NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;
   CREATE INDEX replay_moves_target ON replay_moves (target);
   CREATE TABLE replay_clusters (id TEXT PRIMARY KEY) WITHOUT ROWID;
   CREATE INDEX vectors_embedder ON vectors (embedder, feedback_id);`,
  `ALTER TABLE vectors ADD COLUMN wording_of TEXT;
   ALTER TABLE vectors ADD COLUMN wording BLOB;
   ALTER TABLE edges ADD COLUMN quoted INTEGER NOT NULL DEFAULT 0;`,
];

const TABLES = [
  "vectors",
  "edges",
  "verdicts",
  "idf_pages",
  "state",
  "spend",
  "replay_seen",
  "replay_moves",
  "replay_clusters",
];

/** Brings the project object's SQLite to the present tables. */
export function migrateObject(storage: DurableObjectStorage): void {
  storage.sql.exec("CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY)");
  const [done] = storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM migrations").toArray();
  for (let id = done!.n; id < MIGRATIONS.length; id++) {
    storage.transactionSync(() => {
      storage.sql.exec(MIGRATIONS[id]!);
      storage.sql.exec("INSERT INTO migrations (id) VALUES (?)", id);
    });
  }
}

/** Takes everything out. (`deleteAll` would take the tables too, under the feet of calls that come meanwhile.) */
export function wipeObject(storage: DurableObjectStorage): void {
  storage.transactionSync(() => {
    for (const table of TABLES) storage.sql.exec(`DELETE FROM ${table}`);
  });
}
