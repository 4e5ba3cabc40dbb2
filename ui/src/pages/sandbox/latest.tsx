/** The newest of what the sandbox was asked and of what it tells, read again every few seconds: one sees Purser heal. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { post, read } from '@/api/client'
import type { SandboxCall, SandboxMessage } from '@/api/shapes'
import { t, word } from '@/i18n'
import { shortId } from '@/lib/text'
import { paths } from '@/paths'
import { Button } from '@/parts/button'
import { Part } from '@/parts/states'
import { toast, toastProblem } from '@/parts/toasts'
import { State, When } from '@/parts/values'
import { lacking } from '@/parts/why'
import { Rows } from '@/record/rows'

const LOOKS = 3_000
const FEW = 8

export const OfPayment = ({ id }: { id: string | null | undefined }) => (id ? <Link to={paths.payment(id)} className="quiet-link" title={id}>{shortId(id, 'payment')}</Link> : <span className="quiet">–</span>)
/** What was answered; what went wrong on purpose stands under it. */
export const Answer = ({ call }: { call: SandboxCall }) => (
  <>
    {word('sandboxAnswer', call.answer)}
    {call.fault && <span className="cell-note">{word('sandboxEffect', call.fault)}</span>}
  </>
)
export const MessageState = ({ row }: { row: SandboxMessage }) => <State value={row.state} words="sandboxMessage" tone={({ waiting: 'info', delivered: 'ok', lost: 'warn', failed: 'bad' } as const)[row.state as 'lost'] ?? 'idle'} />

export function LatestCalls({ recording }: { recording: boolean }) {
  const calls = useQuery({ ...read<SandboxCall[]>('/sandbox/calls', { limit: FEW }), refetchInterval: LOOKS })
  return (
    <Part query={calls} lines={6}>
      {(rows) => (
        <Rows
          label={t('sandbox.calls')}
          rows={rows}
          id={(one) => one.id}
          empty={t(recording ? 'sandbox.noCalls' : 'sandbox.notRecorded')}
          columns={[
            { id: 'operation', title: 'sandbox.operation', width: 110, cell: (one) => word('sandboxCall', one.operation) },
            { id: 'answer', title: 'sandbox.answer', width: 140, grow: true, cell: (one) => <Answer call={one} /> },
            { id: 'payment', title: 'ledger.payment', width: 90, cell: (one) => <OfPayment id={one.paymentId} /> },
            { id: 'when', title: 'sandbox.when', width: 100, end: true, cell: (one) => <When at={one.at} /> },
          ]}
        />
      )}
    </Part>
  )
}

export function useSend() {
  const client = useQueryClient()
  return (row: SandboxMessage) =>
    void post(`/sandbox/messages/${row.id}/send`).then(async () => {
      await client.invalidateQueries({ queryKey: ['sandbox'] })
      toast({ text: t('sandbox.sent') })
    }, toastProblem)
}

export function LatestMessages({ on }: { on: boolean }) {
  const messages = useQuery({ ...read<SandboxMessage[]>('/sandbox/messages', { limit: FEW }), refetchInterval: LOOKS })
  const send = useSend()
  return (
    <Part query={messages} lines={6}>
      {(rows) => (
        <Rows
          label={t('sandbox.messages')}
          rows={rows}
          id={(one) => one.id}
          empty={t(on ? 'sandbox.noMessages' : 'sandbox.tellsNothing')}
          columns={[
            { id: 'kind', title: 'hooks.event', width: 150, grow: true, cell: (one) => <><code>{one.kind}</code>{one.error && <span className="cell-note">{one.error}</span>}</> },
            { id: 'state', title: 'hooks.state', width: 120, cell: (one) => <MessageState row={one} /> },
            { id: 'when', title: 'sandbox.when', width: 90, end: true, cell: (one) => <When at={one.deliveredAt ?? one.createdAt} /> },
            {
              id: 'deeds',
              deeds: true,
              title: 'sandbox.send',
              width: 80,
              end: true,
              cell: (one) => (
                <Button small refuse={lacking('play:sandbox')} onClick={() => send(one)}>
                  {t('sandbox.send')}
                </Button>
              ),
            },
          ]}
        />
      )}
    </Part>
  )
}
