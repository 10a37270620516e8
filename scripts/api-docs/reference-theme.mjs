/** How the pages of the API reference look. */
import { ReflectionKind } from 'typedoc'
import { MarkdownTheme, MarkdownThemeContext } from 'typedoc-plugin-markdown'
import { CALL_FIELDS } from './complete-types.mjs'
import { hasHeading, headingOf, isInherited, PAGE_OF } from './pages-router.mjs'
import { Prose } from './prose.mjs'
import { membersIn, signatureLine, tableOf, valueLine } from './signatures.mjs'

const GENERATED = '<!-- Written by npm run docs:api, from the docstrings in src. -->'

export class ReferenceTheme extends MarkdownTheme {
  getRenderContext(page) {
    return new ReferenceContext(this, page, this.application.options)
  }
}

class ReferenceContext extends MarkdownThemeContext {
  constructor(theme, page, options) {
    super(theme, page, options)
    this.prose = new Prose(this)
    const reflection = ({ model }) => (PAGE_OF.has(model) ? pageOf(this, model) : indexOf(this, model))
    this.templates = { ...this.templates, reflection }
  }
}

/** The first page: every name, with the first sentence about it. */
function indexOf(context, project) {
  const pages = project.children.flatMap((module) => {
    const { title, file, from } = PAGE_OF.get(module)
    const names = module.children.map((child) => {
      const target = targetOf(child)
      return `- [\`${headingOf(target)}\`](${context.urlTo(target)}): ${context.prose.firstSentence(target)}`
    })
    return [`## [${title}](${file}.md)`, `From \`${from}\`:`, names.join('\n')]
  })
  return [GENERATED, '# API reference', 'Everything that the package exports.', ...pages].join('\n\n')
}

function pageOf(context, module) {
  const { title, from, intro } = PAGE_OF.get(module)
  const own = module.children.filter((child) => !child.isReference())
  const others = module.children.filter((child) => child.isReference()).map(targetOf)
  const also = others.map((target) => `[\`${target.name}\`](${context.urlTo(target)})`)
  return [
    GENERATED,
    `# ${title}`,
    `[API reference](README.md). Import these names from \`${from}\`.`,
    intro,
    ...own.map((child) => sectionOf(context, child)),
    ...(also.length === 0 ? [] : ['## Types of other pages', `\`${from}\` also exports ${also.join(', ')}.`]),
  ].join('\n\n')
}

/** What is exported once more is described once. */
function targetOf(child) {
  return child.isReference() ? child.getTargetReflectionDeep() : child
}

function sectionOf(context, child) {
  const heading = `## ${escaped(headingOf(child))}`
  if (child.kindOf(ReflectionKind.Function)) return [heading, ...callsOf(context, child)].join('\n\n')
  const isValue = child.kindOf([ReflectionKind.TypeAlias, ReflectionKind.Variable])
  const members = (isValue ? membersIn(child.type) : (child.children ?? [])).filter((member) => !isInherited(member))
  const headed = isValue ? [] : members.filter(hasHeading)
  return [
    heading,
    ...(isValue ? [valueLine(context, child)] : []),
    ...(child.signatures ?? []).map((signature) => signatureLine(context, signature)),
    ...context.prose.of(child),
    ...basesOf(context, child),
    ...tableOf(
      context,
      members.filter((member) => !headed.includes(member)),
    ),
    ...headed.flatMap((member) => [`### ${escaped(headingOf(member))}`, ...callsOf(context, member)]),
  ].join('\n\n')
}

/** A name in which nothing is Markdown. */
function escaped(name) {
  return name.replaceAll(/[_[\]]/g, '\\$&')
}

/** What it extends: the members of that are described there. */
function basesOf(context, { extendedTypes = [] }) {
  const bases = extendedTypes.filter((type) => type.reflection !== undefined || type.name === 'Error')
  if (bases.length === 0) return []
  return [`Extends ${bases.map((type) => context.partials.someType(type)).join(', ')}.`]
}

function callsOf(context, callable) {
  const calls = callable.signatures.flatMap((signature) => [
    signatureLine(context, signature),
    ...context.prose.of(signature),
  ])
  const { request, response } = callable.parent.name === 'QueratorCalls' ? CALL_FIELDS.get(callable.name) : {}
  const fields = [request && `- Request: \`${request}\``, response && `- Response: \`${response}\``].filter(Boolean)
  return fields.length === 0 ? calls : [...calls, fields.join('\n')]
}
