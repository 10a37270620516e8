/** Docstrings as Markdown. */
import { readFileSync } from 'node:fs'

const docs = new URL('../../docs/', import.meta.url)

export class Prose {
  #context

  constructor(context) {
    this.#context = context
  }

  /** The paragraphs about something: what it is or does, its parameters, what it returns and what it throws. */
  of({ comment, parameters = [] }) {
    const lists = parameters.filter((parameter) => parameter.comment).map((parameter) => this.#parameter(parameter))
    const returned = this.#tag(comment, '@returns')
    return [
      this.#text(comment?.summary),
      lists.join('\n'),
      returned && `**Returns** ${returned}`,
      ...(comment?.blockTags ?? []).filter(({ tag }) => tag === '@throws').map(({ content }) => this.#thrown(content)),
    ].filter(Boolean)
  }

  /** The same in a line of its own, for a table. */
  inCell(comment) {
    const paragraphs = this.of({ comment }).map(inOneLine)
    return paragraphs.join(' ').replaceAll(/(?<!\\)\|/g, '\\|')
  }

  firstSentence(reflection) {
    const comment = reflection.comment ?? reflection.signatures?.[0].comment
    const [first] = this.#text(comment?.summary).split(/(?<=[.:])\s|\n\n/)
    return first.replaceAll('\n', ' ').replace(/:$/, '.')
  }

  #parameter(parameter) {
    return `- \`${parameter.name}\`: ${this.#text(parameter.comment.summary)}`
  }

  #tag(comment, name) {
    return this.#text(comment?.blockTags.find(({ tag }) => tag === name)?.content)
  }

  #thrown(content) {
    const { project } = this.#context.page
    const target = project.children.flatMap(({ children }) => children).find(({ name }) => name === 'QueratorError')
    const link = `[\`QueratorError\`](${this.#context.urlTo(target)})`
    const text = inOneLine(this.#text(content)).replace(/^QueratorError/, () => link)
    return `**Throws** ${text}${text.endsWith('.') ? '' : '.'}`
  }

  #text(parts) {
    return withLinks(this.#context.helpers.getCommentParts(parts ?? []).trim())
  }
}

function inOneLine(text) {
  return text.replaceAll(/\s*\n\s*/g, ' ')
}

/** A text in which what it says of the documentation, `docs/protocol/queue.md §4`, leads there. */
function withLinks(text) {
  return text.replaceAll(/\bdocs\/([\w/-]+\.md)(?:\s+§([\d.]+\d|\d))?/g, (_, page, section) => {
    const name = page.replace(/^.*\//, '')
    if (section === undefined) return `[${name}](../${page})`
    return `[${name} §${section}](../${page}#${anchorOf(page, section)})`
  })
}

/** @throws Error when the page has no such section */
function anchorOf(page, section) {
  const headings = readFileSync(new URL(page, docs), 'utf8').matchAll(/^#+ (.*)$/gm)
  const heading = [...headings].map(([, text]) => text).find((text) => new RegExp(`^${section}\\.? `).test(text))
  if (heading === undefined) throw new Error(`docs/${page} has no section ${section}`)
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}
