/** Why the embedded Postgres can't be used, in one line for a person. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
