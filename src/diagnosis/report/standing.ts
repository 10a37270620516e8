/** The state of a queue at the end of a test and its main settings, in one line. */
import { siteText } from '../../client/call-site.js'
import { lengthOf } from '../lengths.js'
import type { QueueAtTheEnd, QueueStory } from './test-story.js'

/** Returns a text such as `at the end 1 free, 2 leased (leaseTimeout 1m0s, maxAttempts 3)`. */
export function standing({ state, lost }: QueueStory): string {
  if (lost !== undefined) return `which was lost in the ${lost.call}${siteText(lost.callPath)}`
  if (state === undefined) return 'which is deleted'
  const { leasable, leased, scheduled } = state.counts
  const left = [
    [leasable, 'free'],
    [leased, 'leased'],
    [scheduled, 'scheduled'],
  ].filter(([count]) => count !== 0)
  const what = left.length === 0 ? 'empty at the end' : `at the end ${left.map((part) => part.join(' ')).join(', ')}`
  return `${what}${state.paused ? ', paused' : ''} (${settings(state)})`
}

function settings({ leaseTimeout, maxAttempts, deadQueue }: QueueAtTheEnd): string {
  const attempts = maxAttempts === 0 ? [] : [`maxAttempts ${maxAttempts}`]
  const dead = deadQueue === '' ? [] : [`deadQueue ${deadQueue}`]
  return [`leaseTimeout ${lengthOf(leaseTimeout)}`, ...attempts, ...dead].join(', ')
}
