/** When events of a timeline happened, and when they were due. */
import { expect, test } from 'vitest'
import { timed } from '../../src/diagnosis/timeline.js'

const at = (seconds: number, kind?: Parameters<typeof timed>[0][number]['kind']) => ({
  time: new Date(seconds * 1000),
  kind,
})

test('only what a deadline causes was due while the daemon was down, and only before it was up again', () => {
  const down = timed([at(0, 'leased'), at(60, 'daemon-restarted'), at(30, 'lease-expired')], 0)
  expect(down.map(({ when, due }) => when + due)).toEqual(['+0s', '+1m0s', '+1m0s, due at +30s'])
  const up = timed([at(0, 'leased'), at(70, 'refused'), at(60, 'lease-expired'), at(50)], 0)
  expect(up.map(({ when, due }) => when + due)).toEqual(['+0s', '+1m10s', '+1m0s', '+50s'])
  const back = timed([at(0, 'leased'), at(60, 'daemon-restarted'), at(-90, 'retried'), at(30, 'lease-expired')], 0)
  expect(back.map(({ when, due }) => when + due)).toEqual(['+0s', '+1m0s', '-1m30s', '+30s'])
})
