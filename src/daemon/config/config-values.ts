/** The values of a configuration tree, each checked for its kind. @throws QueratorError that names the place */
import { usageError } from '../../errors.js'

/** A map; absent is an empty one. */
export function mapOf(value: unknown, path: string): Record<string, unknown> {
  if (value === undefined || value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>
  throw usageError(`${path} must be a map; got ${JSON.stringify(value)}`)
}

/** A list; absent is an empty one. */
export function listOf(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  throw usageError(`${path} must be a list; got ${JSON.stringify(value)}`)
}

/** A text; absent is an empty one. */
export function textOf(value: unknown, path: string): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  throw usageError(`${path} must be a text; got ${JSON.stringify(value)}`)
}

/** A whole number, cut towards zero; absent is 0. */
export function numberOf(value: unknown, path: string): number {
  if (value === undefined || value === null) return 0
  if (typeof value === 'number' && Number.isFinite(value)) return Math.trunc(value)
  throw usageError(`${path} must be a number; got ${JSON.stringify(value)}`)
}
