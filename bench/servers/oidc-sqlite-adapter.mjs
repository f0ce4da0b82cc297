import { openSqlite } from "./sqlite.mjs"

const now = () => Math.floor(Date.now() / 1000)

/**
 * A durable adapter for oidc-provider: a table per model, prepared statements, and an index for every look-up.
 * @param {string} file the SQLite file
 * @returns the adapter factory, for the setting `adapter`
 */
export function createSqliteAdapter(file) {
  const database = openSqlite(file)
  const adapters = new Map()
  return (model) => {
    const adapter = adapters.get(model) ?? new SqliteAdapter(database, model)
    adapters.set(model, adapter)
    return adapter
  }
}

class SqliteAdapter {
  constructor(database, model) {
    const table = `"${model}"`
    database.exec(`
      CREATE TABLE IF NOT EXISTS ${table} (
        id TEXT PRIMARY KEY, payload TEXT NOT NULL, consumed INTEGER, expires INTEGER,
        grant_id TEXT, user_code TEXT, uid TEXT
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS "${model}_grant_id" ON ${table} (grant_id) WHERE grant_id IS NOT NULL;
      CREATE INDEX IF NOT EXISTS "${model}_user_code" ON ${table} (user_code) WHERE user_code IS NOT NULL;
      CREATE INDEX IF NOT EXISTS "${model}_uid" ON ${table} (uid) WHERE uid IS NOT NULL;
    `)
    const select = (column) =>
      database.prepare(
        `SELECT payload, consumed FROM ${table} WHERE ${column} = ? AND (expires IS NULL OR expires > ?)`,
      )
    this.byId = select("id")
    this.byUserCode = select("user_code")
    this.byUid = select("uid")
    this.write = database.prepare(`
      INSERT INTO ${table} (id, payload, consumed, expires, grant_id, user_code, uid) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, consumed = excluded.consumed,
        expires = excluded.expires, grant_id = excluded.grant_id, user_code = excluded.user_code, uid = excluded.uid
    `)
    this.markConsumed = database.prepare(`UPDATE ${table} SET consumed = ? WHERE id = ?`)
    this.deleteById = database.prepare(`DELETE FROM ${table} WHERE id = ?`)
    this.deleteByGrantId = database.prepare(`DELETE FROM ${table} WHERE grant_id = ?`)
  }

  async upsert(id, payload, expiresIn) {
    const { consumed = null, grantId = null, userCode = null, uid = null } = payload
    const expires = expiresIn ? now() + expiresIn : null
    this.write.run(id, JSON.stringify(payload), consumed, expires, grantId, userCode, uid)
  }

  async find(id) {
    return read(this.byId.get(id, now()))
  }

  async findByUserCode(userCode) {
    return read(this.byUserCode.get(userCode, now()))
  }

  async findByUid(uid) {
    return read(this.byUid.get(uid, now()))
  }

  async consume(id) {
    this.markConsumed.run(now(), id)
  }

  async destroy(id) {
    this.deleteById.run(id)
  }

  async revokeByGrantId(grantId) {
    this.deleteByGrantId.run(grantId)
  }
}

function read(row) {
  if (!row) return undefined
  const payload = JSON.parse(row.payload)
  if (row.consumed !== null) payload.consumed = row.consumed
  return payload
}
