/** Keys that share what may be shown of them, and the end of a key (docs/protocol/admin.md §2.2, §6). */
import { expect, test } from 'vitest'
import { ApiKeys } from '../../src/access/api-keys.js'
import { prefixOf } from '../../src/access/key-text.js'
import type { ExactInstant } from '../../src/clock/exact-instant.js'

/** Three keys with the same first characters. */
const KEYS = ['a', 'b', 'c'].map((last) => `qtr-live-SAMEHEAD${'0'.repeat(34)}${last}`)

function keysOf(users: readonly string[], expiresAt?: ExactInstant): ApiKeys {
  const keys = new ApiKeys()
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

test('keys with the same prefix are told apart, and go one by one', () => {
  const keys = keysOf(['u', 'u', 'v'])
  expect(known(keys)).toEqual(['id-0', 'id-1', 'id-2'])
  keys.delete('id-1')
  expect(known(keys)).toEqual(['id-0', undefined, 'id-2'])
  keys.delete('id-0')
  keys.delete('id-2')
  expect(known(keys)).toEqual([undefined, undefined, undefined])
  expect(() => keys.delete('id-2')).toThrow('api key does not exist')
})

test('the keys of one user go, and no others', () => {
  const keys = keysOf(['u', 'v', 'u'])
  keys.deleteOf('u')
  expect(known(keys)).toEqual([undefined, 'id-1', undefined])
  expect(keys.page('', 10, '').map(({ id }) => id)).toEqual(['id-1'])
})

test('a key counts until the very nanosecond of its end', () => {
  const whole = keysOf(['u'], { at: 5, early: 0 })
  expect([known(whole, 5)[0], known(whole, 6)[0]]).toEqual(['id-0', undefined])
  // It ends some nanoseconds before 5.
  const early = keysOf(['u'], { at: 5, early: 3 })
  expect([known(early, 4)[0], known(early, 5)[0], known(early, 6)[0]]).toEqual(['id-0', undefined, undefined])
})
