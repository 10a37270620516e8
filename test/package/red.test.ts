/** The suites of `examples/red` fail on purpose. Their output shows the cause on the first screen. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { copyExample } from '../../scripts/packed.mjs'
import { bin, run } from './project.js'

/** How many lines fit on one screen. The runner itself takes up to half of them. */
const SCREEN = 40

/** What the first screen must show, by suite. */
const CAUSES: Record<string, readonly RegExp[]> = {
  'lost-item': [/missing: 'order-2'/, /timeline of order-2:/, /completed by shipper \(workers\.cjs:\d+[^)]*\)/],
  'double-processing': [/order-1 was handed out again, to quick: the lease of slow ran out after 30s/],
  'forgotten-complete': [/gift +leased +1/, /leased by biller for 1m0s, attempt 1 \(workers\.cjs:\d+[^)]*\)/],
  'wrong-queue-name': [/packer waits in 'shop-order' \(workers\.cjs:\d+[^)]*\); was 'shop-orders' meant\?/],
  'lease-too-short': [
    /invalid storage id; '(\w{27})' does not exist/,
    /'\w{27}' was the id of order-1 until \+10(\.\d+)?s: lease-expired by packer/,
  ],
  'poison-item': [/broken +free +5 +\{"id":/, /attempt 5/, /retried by importer \(workers\.cjs:\d+[^)]*\)/],
  'dead-letter-expected': [/missing: 'order-1'/, /attempt 2/, /lease-expired by crashes/],
  'lost-reply': [
    /expected \[ 1, 1, 1 \] to deeply equal \[ 1 \]|Array \[\s+1,\s+\+ +1,/,
    /fault lose-reply on queue\.complete by worker \(fault-workers\.cjs:\d+/,
  ],
  'expired-lease': [/order-3/, /fault: expire-lease on queue\.complete of '[^']+' with order-2 acted once/],
  hang: [/waiting for 'order-2' to be completed/, /a fault is open: hang on queue\.complete of '[^']+'; it acted once/],
  'lost-produce': [
    /expected \[ 1, 1 \] to deeply equal \[ 1 \]|Array \[\s+1,\s+\+ +1,/,
    /fault: lose-reply on queue\.produce of '[^']+' acted once/,
  ],
  'delivered-twice': [
    /expected \[ 1, 1 \] to deeply equal \[ 1 \]|Array \[\s+1,\s+\+ +1,/,
    /order-1 was handed out again, to second: a fault ended the lease of first/,
  ],
  refused: [/the worker failed: status 503/, /fault: refuse with 503 on queue\.lease of '[^']+' acted once/],
  'late-complete': [/'open' to be 'done'|Received: "open"/, /\+5s +completed by worker \(fault-workers\.cjs:\d+/],
  'wrong-clock': [/at the end 1 leased/, /fault clock-skew on queue\.lease by worker \(fault-workers\.cjs:\d+/],
  reordered: [/expected 10 to be 12|Received: 10/, /#1 was completed after #2, which came later/],
  outage: [/the worker failed: no answer/, /a fault is open: outage of the daemon/],
  'waits-for-ever': [
    /packer (still )?waits for an item/,
    /the clock is frozen, and nothing comes due until it is moved; for the next item: await clock\.advance\('1h0m0s'\)/,
  ],
}

/** What the rest of the output must show. */
const BEYOND: Record<string, RegExp> = {
  'dead-letter-expected': /'orders', at the end 1 free \(leaseTimeout 30m0s, maxAttempts 3, deadQueue orders-dead\)/,
  'waits-for-ever': /is about to time out, and still waits for a lease:/,
}

let folder: string
beforeAll(() => {
  folder = copyExample(inject('packed'), 'red')
})

/** Removes what differs between runs: ids, and milliseconds of a running clock. */
function steady(text: string): string[] {
  return text
    .replaceAll(/\b[0-9A-Za-z]{27}\b/g, 'ID')
    .replaceAll(/\+\d+ms/g, '+0s')
    .replaceAll(/(\+\d+)\.\d+s/g, '$1s')
    .split('\n')
    .map((line) => line.trim().replaceAll(/ +/g, ' '))
}

describe.each([
  ['jest', bin, [], /^FAIL /m],
  ['vitest', bin, ['run'], /^ FAIL /m],
] as const)('%s', (runner, path, args, failure) => {
  test.each(Object.keys(CAUSES))('%s shows its cause on the first screen', (suite) => {
    const { status, text } = run(folder, path(runner), ...args, `${runner}/${suite}`)
    expect(status).toBe(1)
    expect(text).toMatch(/Tests: +1 failed, 1 total|Tests {2}1 failed \(1\)/)
    const screen = text.slice(text.search(failure)).split('\n').slice(0, SCREEN).join('\n')
    for (const cause of CAUSES[suite] ?? []) expect(screen).toMatch(cause)
    if (BEYOND[suite] !== undefined) expect(text).toMatch(BEYOND[suite])
    // Printed only once.
    expect(text.match(/what happened in the queues of/g)).toHaveLength(1)
    expect(text).not.toContain('left open:')
  })
})

test.each([
  ['README.md', 1],
  ['docs/when-a-test-fails.md', 2],
  ['examples/red/README.md', 2],
])('the output in %s is what is really printed', (page, count) => {
  const written = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8')
  const shown = [...written.matchAll(/<!-- printed: (\S+) -->\n```text\n([\s\S]*?)```/g)]
  expect(shown).toHaveLength(count)
  for (const [, suite, lines = ''] of shown) {
    const { text } = run(folder, bin('vitest'), 'run', `vitest/${suite}`)
    const printed = steady(text)
    for (const line of steady(lines.trimEnd())) expect(printed).toContain(line)
  }
})
