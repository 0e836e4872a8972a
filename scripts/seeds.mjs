// `npm run seeds`: writes test/seeds.md from the titles of the tests.
import { writeFileSync } from 'node:fs'
import { inRoot } from './root.mjs'
import { findTaggedTests, writeSeedPage } from './seed-page.mjs'

writeFileSync(inRoot('test', 'seeds.md'), writeSeedPage(findTaggedTests()))
