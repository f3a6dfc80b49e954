/** Everything that is archived of a project: patches of its runs, deliveries that wait, words of its source. */
export async function eraseArchive(archive: R2Bucket, projectId: string): Promise<void> {
  for (const prefix of [`runs/${projectId}/`, `ingest/${projectId}/`, `source/${projectId}/`]) {
    for (;;) {
      const { objects } = await archive.list({ prefix, limit: 1000 });
      if (objects.length === 0) break;
      await archive.delete(objects.map((object) => object.key));
    }
  }
}
