import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components';
import './tabs.css';

export type TabOfPage = { readonly id: string; readonly title: string; readonly content: ReactNode };

/** Parts of a panel, one at a time, so that it stays one screen high. */
export function Tabs({ label, tabs }: { readonly label: string; readonly tabs: readonly TabOfPage[] }) {
  return (
    <AriaTabs className="tabs">
      <TabList aria-label={label} className="tab-list">
        {tabs.map(({ id, title }) => <Tab key={id} id={id} className="tab">{title}</Tab>)}
      </TabList>
      {tabs.map(({ id, content }) => <TabPanel key={id} id={id} className="tab-panel">{content}</TabPanel>)}
    </AriaTabs>
  );
}
