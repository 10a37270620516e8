/** Conditions: what goes wrong now and then in every test, and what can be set about it. */
import type { MethodName } from '../../protocol/methods.js'

/** The names of the conditions. */
export const CONDITIONS = ['at-least-once', 'lossy', 'slow', 'crowded'] as const

/** The name of a condition. */
export type ConditionName = (typeof CONDITIONS)[number]

/** A condition that was checked. */
export type ConditionSpec =
  | { readonly name: 'at-least-once'; readonly times: number }
  | { readonly name: 'lossy'; readonly oneIn: number; readonly calls: readonly MethodName[] }
  /** `upTo` is in milliseconds. */
  | { readonly name: 'slow'; readonly upTo: number }
  | { readonly name: 'crowded'; readonly oneIn: number; readonly consumers: number }

/** Says what a condition does. */
export function conditionText(spec: ConditionSpec): string {
  switch (spec.name) {
    case 'at-least-once':
      return `at-least-once: each item is handed out ${spec.times} times`
    case 'lossy':
      return `lossy: ${oneIn(spec.oneIn, 'reply', 'replies')} is lost`
    case 'slow':
      return `slow: each call takes up to ${spec.upTo}ms`
    case 'crowded':
      return `crowded: ${spec.consumers} other consumers, which take items at ${oneIn(spec.oneIn, 'lease', 'leases')}`
  }
}

function oneIn(count: number, one: string, many: string): string {
  return count === 1 ? `each ${one}` : `one in ${count} ${many}`
}
