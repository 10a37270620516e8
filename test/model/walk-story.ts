/** The message of a walk in which the daemon and the model differ. */
import { type ModelPartition, type ModelState, NEVER } from './model-state.js'
import { clock, type DaemonSide, daemonPicture, differences, modelPicture, type Picture } from './walk-picture.js'
import type { World } from './worlds.js'

/** Shows the walk so far, the state before the last step, and the differences after it. */
export function tellFailure(
  story: readonly string[],
  before: readonly World[],
  after: readonly World[],
  side: DaemonSide,
): string {
  const { model, daemon, world } = nearest(after, side)
  const open = after.length > 1 ? ` The contract allows ${after.length} outcomes; this is the nearest.` : ''
  return [
    'the daemon and the model differ:',
    ...story,
    ...eventLines(world, side.start),
    '',
    'Before the last step, according to the model:',
    ...(before[0] === undefined ? [] : stateLines(before[0].state, side.start)),
    '',
    `After it.${open}`,
    ...differences(model, daemon).flatMap((subject) => differenceLines(subject, model, daemon)),
  ].join('\n')
}

/** What happened during an advance, according to the model. */
export function eventLines({ events }: World, start: number): string[] {
  return events.map(({ at, what }) => `    according to the model, due ${clock(at, start)}: ${what}`)
}

function nearest(worlds: readonly World[], side: DaemonSide): { world: World; model: Picture; daemon: Picture } {
  const pictures = worlds.map((world) => {
    return { world, model: modelPicture(world, side.start), daemon: daemonPicture(side, world) }
  })
  const far = ({ model, daemon }: (typeof pictures)[number]) => differences(model, daemon).length
  return pictures.reduce((best, one) => (far(one) < far(best) ? one : best))
}

function stateLines(state: ModelState, start: number): string[] {
  const items = [...modelPicture({ state, answer: '' }, start)].filter(([, lines]) => lines.join('') !== '')
  return [
    ...state.queues.flatMap(({ name, partitions, leaseTimeout, expireTimeout, maxAttempts, deadQueue }) => [
      `  ${name}: lease ${leaseTimeout}ms, expire ${expireTimeout}ms, max attempts ${maxAttempts}, dead letters to '${deadQueue}'`,
      ...partitions.map((partition) => partitionLine(name, partition, start)),
    ]),
    ...items
      .filter(([subject]) => !/ (counts|leases waiting)$/.test(subject))
      .flatMap(([subject, lines]) => [`  ${subject}:`, ...lines.map((line) => `    ${line}`)]),
  ]
}

function partitionLine(queue: string, { number, next, takenSourceIds }: ModelPartition, start: number): string {
  const when = next === NEVER ? 'never' : clock(next, start)
  const taken = takenSourceIds.size === 0 ? '' : `, source ids taken: ${[...takenSourceIds].join(' ')}`
  return `  ${queue}/${number}: next look ${when}${taken}`
}

function differenceLines(subject: string, model: Picture, daemon: Picture): string[] {
  const [ours, theirs] = [model.get(subject) ?? ['does not exist'], daemon.get(subject) ?? ['does not exist']]
  const marked = (lines: readonly string[], others: readonly string[]) =>
    (lines.length === 0 ? ['nothing'] : lines).map((line) => `  ${others.includes(line) ? '    ' : ' >> '}${line}`)
  return [`${subject}, the model:`, ...marked(ours, theirs), `${subject}, the daemon:`, ...marked(theirs, ours)]
}
