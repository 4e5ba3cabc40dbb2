/** Opens from any button that is refused and from any refusal: why not, in the engine's own steps. */
import { useQuery } from '@tanstack/react-query'
import { read } from '@/api/client'
import type { Explanation } from '@/api/shapes'
import { t } from '@/i18n'
import { useStore } from '@/lib/store'
import { filtered, paths } from '@/paths'
import { Button } from '@/parts/button'
import { Dialog } from '@/parts/dialog'
import { Part } from '@/parts/states'
import { question, type Question } from '@/parts/why'
import { Because } from './because'

export function WhyHost() {
  const asked = useStore(question)
  return asked ? <Why asked={asked} /> : null
}

const close = () => question.set(undefined)
const given = (asked: Question) => Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => Boolean(entry[1])))
function Why({ asked }: { asked: Question }) {
  const params = given(asked)
  const found = useQuery({ ...read<Explanation>('/access/explain', params), staleTime: 0 })
  return (
    <Dialog open onClose={close} title={t('why.title')} foot={<Button onClick={close}>{t('common.close')}</Button>}>
      <Part query={found} lines={4}>
        {(data) => <Because found={data} link={filtered(paths.explain, params)} />}
      </Part>
    </Dialog>
  )
}
