import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import './results-tabs.css';

type ResultsTabsProps = {
  readonly tabs: readonly { readonly id: string; readonly title: string; readonly content: ReactNode }[];
};

/** What stands below the table, one part at a time, so that the panel stays one screen high. */
export function ResultsTabs({ tabs }: ResultsTabsProps) {
  return (
    <Tabs className="results-tabs">
      <TabList aria-label="Parts of the results" className="tab-list">
        {tabs.map(({ id, title }) => <Tab key={id} id={id} className="tab">{title}</Tab>)}
      </TabList>
      {tabs.map(({ id, content }) => <TabPanel key={id} id={id} className="tab-panel">{content}</TabPanel>)}
    </Tabs>
  );
}
