/** The tables of a schema, and the statements that read and write them. */

/** The number of the way in which the tables are laid out. A change that an older version cannot read takes the next one. */
export const FORMAT = 1
/** What the row in the table `format` says whose tables these are. */
export const PRODUCT = 'querator-test'

/** Returns a name as PostgreSQL reads it, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The statements for one schema. Numbers of partitions and items are `bigint`. */
export class Tables {
  /** The names of the tables, quoted. */
  readonly format: string
  readonly items: string
  readonly records: string
  readonly #schema: string

  constructor(schema: string) {
    this.#schema = quoted(schema)
    this.format = `${this.#schema}.format`
    this.items = `${this.#schema}.items`
    this.records = `${this.#schema}.records`
  }

  /**
   * Creates the tables, in one transaction, and the schema if it is missing. Ids and values of records are bytes, because a text has no NUL,
   * and its database may have another encoding. Their key is a hash, because an id may be too long for an index.
   */
  create(hasSchema: boolean): string {
    return `
      BEGIN;
      ${hasSchema ? '' : `CREATE SCHEMA ${this.#schema};`}
      CREATE TABLE ${this.items} (
        partition bigint NOT NULL, sequence bigint NOT NULL, value bytea NOT NULL, PRIMARY KEY (partition, sequence)
      );
      CREATE TABLE ${this.records} (key bytea PRIMARY KEY, kind text NOT NULL, id bytea NOT NULL, value bytea NOT NULL);
      CREATE TABLE ${this.format} (
        product text NOT NULL, version integer NOT NULL, epoch bigint NOT NULL, owner text NOT NULL, since timestamptz NOT NULL
      );
      INSERT INTO ${this.format} VALUES ('${PRODUCT}', ${FORMAT}, 0, '', now());
      COMMIT`
  }

  /** Counts who had the tables. Each owner has a number of its own (`epoch`). */
  get own(): string {
    return `UPDATE ${this.format} SET epoch = epoch + 1, owner = $1, since = now() RETURNING epoch`
  }

  /** Does the same, if nobody else has had them since the epoch `$2`. */
  get ownAgain(): string {
    const since = 'epoch = $2::bigint'
    return `UPDATE ${this.format} SET epoch = epoch + 1, owner = $1, since = now() WHERE ${since} RETURNING epoch`
  }

  /**
   * Writes a slice of a batch, if the epoch is still `$1`, and returns whether it is. One statement takes one round trip, and is one
   * transaction. Whoever wants to own the tables waits until it is over (FOR SHARE).
   */
  get append(): string {
    return `
      WITH mine AS (SELECT FROM ${this.format} WHERE epoch = $1::bigint FOR SHARE),
      ended AS (
        DELETE FROM ${this.items} WHERE partition = ANY ($2::bigint[]) AND EXISTS (SELECT FROM mine)
      ), gone AS (
        DELETE FROM ${this.items} AS item USING unnest($3::bigint[], $4::bigint[]) AS gone (partition, sequence)
        WHERE item.partition = gone.partition AND item.sequence = gone.sequence AND EXISTS (SELECT FROM mine)
      ), kept AS (
        INSERT INTO ${this.items} (partition, sequence, value)
        SELECT * FROM unnest($5::bigint[], $6::bigint[], $7::bytea[]) WHERE EXISTS (SELECT FROM mine)
        ON CONFLICT (partition, sequence) DO UPDATE SET value = excluded.value
      ), gone_records AS (
        DELETE FROM ${this.records} WHERE key = ANY ($8::bytea[]) AND EXISTS (SELECT FROM mine)
      ), kept_records AS (
        INSERT INTO ${this.records} (key, kind, id, value)
        SELECT * FROM unnest($9::bytea[], $10::text[], $11::bytea[], $12::bytea[]) WHERE EXISTS (SELECT FROM mine)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
      )
      SELECT count(*) FROM mine`
  }

  get readRecords(): string {
    return `SELECT kind, encode(id, 'hex'), encode(value, 'hex') FROM ${this.records}`
  }

  get readItems(): string {
    return `SELECT partition, sequence, encode(value, 'hex') FROM ${this.items} ORDER BY partition, sequence`
  }
}
