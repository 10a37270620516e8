/** API keys with the same visible prefix, and when a key expires (docs/protocol/admin.md §2.2, §6). */
import { expect, test } from 'vitest'
import { ApiKeys } from '../../src/access/api-keys.js'
import { prefixOf } from '../../src/access/key-text.js'
import type { ExactInstant } from '../../src/clock/exact-instant.js'

/** Three keys with the same first characters. */
const KEYS = ['a', 'b', 'c'].map((last) => `qtr-live-SAMEHEAD${'0'.repeat(34)}${last}`)

function keysOf(users: readonly string[], expiresAt?: ExactInstant): ApiKeys {
  const keys = new ApiKeys(() => undefined)
  for (const [index, key] of KEYS.slice(0, users.length).entries()) {
    const userId = users[index] as string
    keys.create(
      {
        id: `id-${index}`,
        userId,
        namespaceScope: '',
        name: '',
        prefix: prefixOf(key),
        expiresAt,
        createdAt: 0,
        lastUsedAt: undefined,
      },
      key,
    )
  }
  return keys
}

function known(keys: ApiKeys, now = 0): (string | undefined)[] {
  return KEYS.map((key) => {
    try {
      return keys.present(key, now).id
    } catch {
      return undefined
    }
  })
}

test('keeps keys with the same prefix apart and deletes them one by one', () => {
  const keys = keysOf(['u', 'u', 'v'])
  expect(known(keys)).toEqual(['id-0', 'id-1', 'id-2'])
  keys.delete('id-1')
  expect(known(keys)).toEqual(['id-0', undefined, 'id-2'])
  keys.delete('id-0')
  keys.delete('id-2')
  expect(known(keys)).toEqual([undefined, undefined, undefined])
  expect(() => keys.delete('id-2')).toThrow('api key does not exist')
})

test('deletes all keys of one user and no others', () => {
  const keys = keysOf(['u', 'v', 'u'])
  keys.deleteOf('u')
  expect(known(keys)).toEqual([undefined, 'id-1', undefined])
  expect(keys.page('', 10, '').map(({ id }) => id)).toEqual(['id-1'])
})

test('a key is valid up to the nanosecond it expires', () => {
  const whole = keysOf(['u'], { at: 5, early: 0 })
  expect([known(whole, 5)[0], known(whole, 6)[0]]).toEqual(['id-0', undefined])
  // This key expires a few nanoseconds before 5.
  const early = keysOf(['u'], { at: 5, early: 3 })
  expect([known(early, 4)[0], known(early, 5)[0], known(early, 6)[0]]).toEqual(['id-0', undefined, undefined])
})
