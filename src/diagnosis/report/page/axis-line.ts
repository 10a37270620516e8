/** The line of the axis: labels of moments, which never touch each other. */
import { lengthOf } from '../../lengths.js'
import { textWidth } from './labels.js'
import type { TimeAxis } from './time-axis.js'

/** In pixels: the line and the gap before the text of a label, and the room between two labels. */
const TICK = 4
const ROOM = 8

/** What a lane is drawn with. */
export interface Drawing {
  readonly axis: TimeAxis
  /** The moment that the axis counts from. */
  readonly begin: number
}

interface Label {
  readonly text: string
  readonly x: number
  /** Where its text ends. */
  readonly endX: number
}

/** The line of the axis as HTML. */
export function axisLine(drawing: Drawing): string {
  const labels = labelsOf(drawing).map(({ text, x }) => `<span style="left:${x}px">${text}</span>`)
  return `<div class="axis"><span class="name">not to scale</span><span class="track">${labels.join('')}</span></div>`
}

/** How wide all of it is, in pixels: the marks, and the label of the last moment, which is at their end. */
export function drawnWidth(drawing: Drawing): number {
  return Math.ceil(Math.max(drawing.axis.endX, labelsOf(drawing).at(-1)?.endX ?? 0))
}

/** The last moment always has its label, and each one before it that leaves room. */
function labelsOf({ axis, begin }: Drawing): Label[] {
  const labels = axis.moments.map(([time, x]) => {
    const text = `+${lengthOf(time - begin)}`
    return { text, x, endX: x + TICK + textWidth(text) }
  })
  const last = labels.pop()
  if (last === undefined) return []
  let free = 0
  const shown = labels.filter(({ x, endX }) => {
    if (x < free || endX + ROOM > last.x) return false
    free = endX + ROOM
    return true
  })
  return [...shown, last]
}
