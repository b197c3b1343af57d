import { useSyncExternalStore } from 'react';
import { ToggleButtonGroup, Toolbar } from 'react-aria-components';
import { WINDOW_PRESETS, type PrimaryTool } from '#src/viewer/index.ts';
import { Button, ToggleButton } from '#src/ui/button.tsx';
import { useSession, useSessionState } from '../use-session.ts';

const TOOLS: readonly { readonly id: PrimaryTool; readonly title: string; readonly key: string }[] = [
  { id: 'crosshair', title: 'Crosshair', key: 'C' },
  { id: 'window', title: 'Window', key: 'W' },
  { id: 'pan', title: 'Pan', key: 'P' },
  { id: 'zoom', title: 'Zoom', key: 'Z' },
];

/** What the left button does, the window presets, the straightened view, and the way back to the first view. */
export function ViewToolbar() {
  const { viewer } = useSession();
  const tool = useSyncExternalStore(viewer.onPrimaryTool, viewer.primaryTool);
  const window = useSyncExternalStore(viewer.onWindow, viewer.window);
  const isAsked = useSyncExternalStore(viewer.curved.subscribe, () => viewer.curved.snapshot().isAsked);
  const isOpen = useSessionState((state) => state.openSeriesId !== null);
  return (
    <Toolbar aria-label="View" className="bar-group">
      <ToggleButtonGroup
        aria-label="Left button"
        className="bar-group"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={[tool]}
        onSelectionChange={(keys) => {
          const next = TOOLS.find(({ id }) => keys.has(id));
          if (next) viewer.setPrimaryTool(next.id);
        }}
      >
        {TOOLS.map(({ id, title, key }) => (
          <ToggleButton key={id} id={id} look="quiet" aria-keyshortcuts={key}>{title}</ToggleButton>
        ))}
      </ToggleButtonGroup>
      <div className="bar-group" role="group" aria-label="Window presets">
        {WINDOW_PRESETS.map((preset) => (
          <ToggleButton
            key={preset.id}
            look="quiet"
            isSelected={preset.center === window.center && preset.width === window.width}
            onChange={() => viewer.setWindow(preset)}
          >
            {preset.title}
          </ToggleButton>
        ))}
        <span data-testid="window">{`W ${Math.round(window.width)} C ${Math.round(window.center)}`}</span>
      </div>
      <ToggleButton look="quiet" aria-keyshortcuts="S" isSelected={isAsked} isDisabled={!isOpen} onChange={viewer.curved.setShown}>Straightened</ToggleButton>
      <Button look="quiet" aria-keyshortcuts="R" onPress={() => viewer.resetView()}>Reset view</Button>
    </Toolbar>
  );
}
