/** Signatures in a line, and members in tables, with links to the types in them. */
import { ArrayType, IntersectionType, ReflectionKind, ReflectionType, UnionType } from 'typedoc'

/** `name(first: A, second?: B): C`. */
export function signatureLine(context, signature) {
  const { name, parent, type } = signature
  const isNew = parent.kindOf(ReflectionKind.Constructor)
  const shown = isNew ? `new ${parent.parent.name}` : name.replace(/^\[(\w+)\]$/, '[Symbol.$1]')
  const title = parent.kindOf(ReflectionKind.Interface) ? '' : `**${shown}**`
  return `> ${title}${generics(signature)}${parametersOf(context, signature)}: ${typeText(context, type)}`
}

/** `name: type` of a variable, `name = type` of an alias. */
export function valueLine(context, declaration) {
  const sign = declaration.kindOf(ReflectionKind.TypeAlias) ? ' = ' : ': '
  const name = `**${declaration.name.replaceAll('_', '\\_')}**`
  return `> ${name}${generics(declaration)}${sign}${typeText(context, declaration.type)}`
}

/** The members as a table, each object inside of one below it. */
export function tableOf(context, members) {
  const rows = members.flatMap((member) => rowsOf(context, member, ''))
  if (rows.length === 0) return []
  return [['| name | type | description |', '| --- | --- | --- |', ...rows].join('\n')]
}

/** The members of what a type is made of: of the object, or of the objects in a union, an intersection or a list. */
export function membersIn(type) {
  if (type instanceof ReflectionType) return type.declaration.children ?? []
  if (type instanceof ArrayType) return membersIn(type.elementType)
  if (type instanceof UnionType || type instanceof IntersectionType) return type.types.flatMap(membersIn)
  return []
}

function generics({ typeParameters = [] }) {
  if (typeParameters.length === 0) return ''
  return `\\<${typeParameters.map(({ name }) => `\`${name}\``).join(', ')}\\>`
}

function parametersOf(context, { parameters = [] }) {
  const shown = parameters.map(({ name, flags, defaultValue, type }) => {
    const optional = flags.isOptional || defaultValue !== undefined ? '?' : ''
    return `${flags.isRest ? '...' : ''}\`${name}${optional}\`: ${typeText(context, type)}`
  })
  return `(${shown.join(', ')})`
}

function typeText(context, type) {
  if (type instanceof ReflectionType && membersIn(type).length > 0) return '`object`'
  return context.partials.someType(type, { forceCollapse: true }).replaceAll(/\s*\n\s*/g, ' ')
}

function rowsOf(context, member, prefix) {
  const { getSignature, signatures, comment, flags } = member
  const signature = getSignature ?? signatures?.[0]
  const type = member.type ?? signature?.type
  const called = signatures === undefined ? '' : `${parametersOf(context, signature)} => `
  const name = `${prefix}${member.name}`
  const text = context.prose.inCell(comment ?? signature?.comment)
  const row = `| \`${name}${flags.isOptional ? '?' : ''}\` | ${called}${typeText(context, type)} | ${text} |`
  return [row, ...membersIn(type).flatMap((inner) => rowsOf(context, inner, `${name}.`))]
}
