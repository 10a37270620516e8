/** Which page each name is on, and how it is linked to. */
import { DeclarationReflection, PageKind, ReflectionKind } from 'typedoc'
import { ModuleRouter } from 'typedoc-plugin-markdown'
import { PAGES } from './pages.mjs'

/** The page of each module that stands for one. */
export const PAGE_OF = new Map()

/** Makes a module of each page. @throws Error for an exported name that has no page, and for one of a page that is not exported */
export function arrange(project) {
  const modules = new Map(project.children.map((module) => [module.name, module]))
  const left = new Map(modules.get('index').children.map((child) => [child.name, child]))
  const pages = PAGES.map((page) => {
    const module = new DeclarationReflection(page.file, ReflectionKind.Module, project)
    project.registerReflection(module, undefined, undefined)
    const named = (page.names?.split(/\s+/) ?? []).map((name) => take(left, name))
    const children = [...named, ...(page.modules ?? []).flatMap((name) => membersOf(modules.get(name)))]
    for (const child of children) child.parent = module
    module.children = children
    PAGE_OF.set(module, page)
    return module
  })
  if (left.size > 0) throw new Error(`not on any page of scripts/api-docs/pages.mjs: ${[...left.keys()].join(', ')}`)
  project.children = pages
  project.childrenIncludingDocuments = pages
}

function take(left, name) {
  const child = left.get(name)
  if (child === undefined) throw new Error(`scripts/api-docs/pages.mjs has ${name}, which is not exported`)
  left.delete(name)
  return child
}

/** The names of a module, values before types; what it exports as default is named after the module. */
function membersOf(module) {
  for (const child of module.children) {
    if (child.name === 'default') child.name = module.name.replace(/^runners\/[^/]+\//, 'querator-test/')
  }
  const isValue = (child) => child.kindOf([ReflectionKind.Function, ReflectionKind.Variable])
  return [...module.children].sort((a, b) => Number(isValue(b)) - Number(isValue(a)))
}

/** The heading of a name, or of a member that has its own. */
export function headingOf(reflection) {
  const { name, parent } = reflection
  if (reflection.kind === ReflectionKind.Constructor) return `new ${parent.name}()`
  const called = reflection.kindOf([ReflectionKind.Function, ReflectionKind.Method]) && !name.includes('/') ? '()' : ''
  if (PAGE_OF.has(parent)) return `${name}${called}`
  const symbol = /^\[(\w+)\]$/.exec(name)?.[1]
  return symbol === undefined ? `${parent.name}.${name}()` : `${parent.name}[Symbol.${symbol}]()`
}

/** The members that have a heading; the others are in tables. */
export function hasHeading(member) {
  return member.kindOf([ReflectionKind.Constructor, ReflectionKind.Method])
}

/** Members that come from a base which is described itself. */
export function isInherited(member) {
  return member.inheritedFrom?.reflection !== undefined
}

export class PagesRouter extends ModuleRouter {
  buildChildPages(reflection, outPages) {
    const page = PAGE_OF.get(reflection)
    if (page === undefined) return
    const url = `${page.file}.md`
    this.fullUrls.set(reflection, url)
    outPages.push({ kind: PageKind.Reflection, model: reflection, url })
    const taken = new Set()
    for (const child of reflection.children) {
      if (!child.isReference()) this.#place(child, url, this.#anchor(child, taken), taken)
    }
  }

  /** Links to it lead to the heading that it is under. */
  #place(reflection, url, anchor, taken) {
    this.fullUrls.set(reflection, `${url}#${anchor}`)
    this.anchors.set(reflection, anchor)
    reflection.traverse((child) => {
      const own = PAGE_OF.has(reflection.parent) && hasHeading(child) && !isInherited(child)
      this.#place(child, url, own ? this.#anchor(child, taken) : anchor, taken)
      return true
    })
  }

  /** As hosts of Markdown make them. @throws Error when two headings of a page have the same */
  #anchor(reflection, taken) {
    const heading = headingOf(reflection)
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-')
    if (taken.has(anchor)) throw new Error(`two headings of a page are linked to as #${anchor}: ${heading}`)
    taken.add(anchor)
    return anchor
  }
}
