// `npm run fuzz`: as many inputs as asked for, at one target or at all.
import { fuzz } from './campaign.js'
import { fuzzHelp, parseFuzzOptions } from './options.js'
import { targetNamed, targets } from './targets.js'
import { Watch } from './watch.js'

const options = parseFuzzOptions(process.argv.slice(2))
if (options.help) console.log(fuzzHelp(targets))
else await run(options)

async function run({ inputs, seed, target, foundFolder }: ReturnType<typeof parseFuzzOptions>): Promise<void> {
  const chosen = target === undefined ? targets : [targetNamed(target)]
  const shares = chosen.reduce((sum, { share }) => sum + share, 0)
  const watch = new Watch(
    targets.map(({ name }) => name),
    foundFolder,
  )
  console.log(`${inputs} inputs with seed ${seed}`)
  for (const one of chosen) {
    const count = Math.ceil((inputs * one.share) / shares)
    const begin = process.cpuUsage()
    const { accepted, answers, failures } = await fuzz(one, count, seed, { foundFolder, watch })
    const { user, system } = process.cpuUsage(begin)
    const micros = ((user + system) / count).toFixed(0)
    console.log(`${one.name}: ${count} inputs, ${accepted} taken, ${answers} kinds of answers, ${micros} µs each`)
    for (const { problem, file } of failures) console.log(`  ${problem}: ${file}`)
    if (failures.length > 0) process.exitCode = 1
  }
}
