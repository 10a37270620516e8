/** Reads fields of a dump. Each error names the file and the field, and says what to do. */
import { inspect } from 'node:util'
import { timeoutOf } from '../../clock/duration.js'
import type { ExactInstant } from '../../clock/exact-instant.js'
import { parseDuration } from '../../clock/parse-duration.js'
import { messageOf, type QueratorError, usageError } from '../../errors.js'
import { timeOf } from './dump-time.js'

/** A surrogate without its other half. */
const HALF = /[\ud800-\udfff]/u

/** An object of a dump, with its place. */
export class DumpFields {
  /** The file, or what stands for it. */
  readonly #source: string
  /** Such as `queues[0].items[3]`. Empty for the whole. */
  readonly path: string
  readonly #fields: Readonly<Record<string, unknown>>

  /** @throws QueratorError if the value is no object, or has a field that is not among the known ones */
  constructor(source: string, path: string, value: unknown, known: readonly string[]) {
    this.#source = source
    this.path = path
    this.#fields = {}
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#expected(path, 'an object', value)
    this.#fields = value as Record<string, unknown>
    const unknown = Object.keys(value).find((name) => !known.includes(name))
    if (unknown !== undefined) throw this.wrong(unknown, 'is no field of the format')
  }

  /** Whether a field is there. */
  has(name: string): boolean {
    return this.#fields[name] !== undefined
  }

  text(name: string): string {
    return this.#text(this.#pathOf(name), this.#fields[name])
  }

  #text(path: string, value: unknown): string {
    if (typeof value !== 'string') throw this.#expected(path, 'a text', value)
    if (HALF.test(value)) throw this.#error(`${path}: it has half of a character, which no server can send`)
    return value
  }

  flag(name: string): boolean {
    const value = this.#fields[name]
    if (typeof value === 'boolean') return value
    throw this.#expected(this.#pathOf(name), 'true or false', value)
  }

  /** A whole number of at least `least`. */
  whole(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.#fields[name]
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number
    throw this.#expected(this.#pathOf(name), `a whole number from ${least} to ${most}`, value)
  }

  int32(name: string): number {
    return this.whole(name, -(2 ** 31), 2 ** 31 - 1)
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.text(name) as T
    if (values.includes(value)) return value
    throw this.#expected(this.#pathOf(name), `one of '${values.join("', '")}'`, value)
  }

  time(name: string): ExactInstant {
    const value = timeOf(this.text(name))
    if (value !== undefined) return value
    throw this.#expected(this.#pathOf(name), "a time such as '2026-01-01T00:00:00Z'", this.text(name))
  }

  duration(name: string) {
    const { ns, problem = '' } = parseDuration(this.text(name))
    if (ns !== undefined) return timeoutOf(ns)
    throw this.wrong(name, problem)
  }

  list<T>(name: string, read: (value: unknown, path: string, at: number) => T): T[] {
    const value = this.#fields[name]
    if (!Array.isArray(value)) throw this.#expected(this.#pathOf(name), 'a list', value)
    return Array.from(value, (one, at) => read(one, `${this.#pathOf(name)}[${at}]`, at))
  }

  texts(name: string): string[] {
    return this.list(name, (value, path) => this.#text(path, value))
  }

  /** Reads the objects of a list. */
  objects<T>(name: string, known: readonly string[], read: (fields: DumpFields, at: number) => T): T[] {
    return this.list(name, (value, path, at) => read(new DumpFields(this.#source, path, value, known), at))
  }

  /** Runs a check of a field. @throws QueratorError with its message and the field */
  check(name: string, checking: () => void): void {
    try {
      checking()
    } catch (error) {
      throw this.wrong(name, messageOf(error))
    }
  }

  /** @throws QueratorError if a value was there before */
  unique(name: string, value: string, known: Set<string>): void {
    if (known.has(value)) throw this.wrong(name, `${inspect(value)} is there twice`)
    known.add(value)
  }

  /** Returns the error of a field. */
  wrong(name: string, problem: string): QueratorError {
    return this.#error(`${this.#pathOf(name)}: ${problem}`)
  }

  #pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }

  #expected(path: string, what: string, value: unknown): QueratorError {
    const got = value === undefined ? 'it is missing' : `got ${inspect(value, { depth: 0, maxStringLength: 60 })}`
    return this.#error(`${path === '' ? 'the dump' : path} is ${what}; ${got}`)
  }

  #error(text: string): QueratorError {
    return usageError(`${this.#source}: ${text}; correct it, or make the dump again with daemon.dump()`)
  }
}
