/** The pages of the area Jobs: single pieces of work, runs of several steps, and the queues they stand in. */
import { paths } from '@/paths'
import { Tabs } from '@/parts/tabs'

export const JobTabs = () => (
  <Tabs
    label="frame.jobs"
    tabs={[
      { to: paths.jobs, title: 'jobs.title', exact: true, right: 'read:job' },
      { to: paths.runs, title: 'runs.title', right: 'read:job' },
      { to: paths.happened, title: 'happened.title', right: 'read:job' },
      { to: paths.queues, title: 'rein.title', right: 'read:job' },
      { to: paths.schedules, title: 'schedule.title', right: 'read:job' },
      { to: paths.workers, title: 'workers.title', right: 'read:job' },
      { to: paths.histories, title: 'histories.title', right: 'read:order' },
      { to: paths.repeats, title: 'repeats.title', right: 'read:job' },
    ]}
  />
)
