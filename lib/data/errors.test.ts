import { DriverAdapterError } from "@prisma/driver-adapter-utils"
import pg from "pg"
import { describe, expect, test } from "vitest"
import {
  DatabaseUnavailableError,
  isReferenceViolation,
  isUniqueViolation,
  toDatabaseError,
  UniqueViolation,
} from "./errors"

const node = (code: string) => Object.assign(new Error("connect"), { code, syscall: "connect" })
const sqlite = (code: string) => Object.assign(new Error("sqlite"), { code, name: "SqliteError" })
const postgres = (code: string) =>
  Object.assign(new pg.DatabaseError("postgres", 1, "error"), { code, severity: "ERROR" })
const adapted = (originalCode?: string) =>
  new DriverAdapterError({ kind: "postgres", code: "x", severity: "x", message: "x", originalCode } as never)

describe("the database is not available when a driver reports", () => {
  test.each([
    ...["57P01", "57P03", "57014", "53300", "53100", "25006", "40001", "40P01", "08006", "08P01", "28P01", "3D000"],
    ...["42501", "XX000", "58030", "55P03", "0A000", "26000", "42P05"],
  ])("SQLSTATE %s, alone or through Prisma's adapter", (code) => {
    expect(toDatabaseError(postgres(code))).toMatchObject({ name: "DatabaseUnavailableError", driverCode: code })
    expect(toDatabaseError(adapted(code))).toMatchObject({ name: "DatabaseUnavailableError", driverCode: code })
  })

  test.each([
    ...["SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_NOTADB"],
    ...["SQLITE_IOERR_WRITE", "SQLITE_CANTOPEN", "SQLITE_CORRUPT", "SQLITE_NOMEM", "SQLITE_PROTOCOL", "SQLITE_PERM"],
  ])("%s, alone or through Prisma's adapter", (code) => {
    expect(toDatabaseError(sqlite(code))).toBeInstanceOf(DatabaseUnavailableError)
    expect(toDatabaseError(adapted(code))).toBeInstanceOf(DatabaseUnavailableError)
  })

  test.each([
    ["a refused connection", node("ECONNREFUSED")],
    ["refused connections to all addresses of a host", new AggregateError([node("ECONNREFUSED"), node("ETIMEDOUT")])],
    ["a Node code that looks like an SQLSTATE", node("EPIPE")],
    ["an end without a code", new Error("Connection terminated unexpectedly")],
    ["a lost connection, through Prisma's adapter", adapted()],
  ])("%s", (_name, error) => {
    expect(toDatabaseError(error)).toBeInstanceOf(DatabaseUnavailableError)
    expect(toDatabaseError(error)).toMatchObject({ cause: error })
  })
})

describe("an error caused by the statement or its values is unchanged:", () => {
  test.each([
    ...["22001", "22P02", "23502", "23503", "42601", "42P01", "42703"].map(postgres),
    ...["SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_ERROR", "SQLITE_MISUSE", "SQLITE_RANGE", "SQLITE_MISMATCH"].map(sqlite),
    ...["23505", "23503", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_ERROR"].map(adapted),
    new TypeError("The database connection is not open"),
    new DatabaseUnavailableError(new Error("once")),
    "not an error",
  ])("%s", (error) => {
    expect(toDatabaseError(error)).toBe(error)
  })
})

test("a unique violation gives the same error with every driver", () => {
  for (const error of [postgres("23505"), sqlite("SQLITE_CONSTRAINT_UNIQUE"), sqlite("SQLITE_CONSTRAINT_PRIMARYKEY")]) {
    expect(toDatabaseError(error)).toBeInstanceOf(UniqueViolation)
    expect(isUniqueViolation(toDatabaseError(error))).toBe(true)
  }
  expect(isUniqueViolation(Object.assign(new Error(), { code: "P2002" }))).toBe(true)
  expect(isUniqueViolation(Object.assign(new Error(), { code: "P2025" }))).toBe(false)
  expect(isUniqueViolation(null)).toBe(false)
})

test("a reference to a row that does not exist is recognised with every driver", () => {
  const prisma = Object.assign(new Error(), { code: "P2003" })
  const all = [postgres("23503"), sqlite("SQLITE_CONSTRAINT_FOREIGNKEY"), adapted("23503")]
  for (const error of all) expect(isReferenceViolation(toDatabaseError(error))).toBe(true)
  expect(isReferenceViolation(prisma)).toBe(true)
  for (const error of [postgres("23502"), sqlite("SQLITE_CONSTRAINT_UNIQUE"), new UniqueViolation(), null])
    expect(isReferenceViolation(error)).toBe(false)
})
