import {
  Alert,
  Badge,
  Button,
  Card,
  createTheme,
  type MantineColorsTuple,
  Modal,
  Paper,
} from "@mantine/core";

const lagoon: MantineColorsTuple = [
  "#e8f5f3",
  "#d0e8e5",
  "#a3d1cb",
  "#72b8b0",
  "#4aa297",
  "#2c9186",
  "#17867b",
  "#0b6f66",
  "#075e57",
  "#024b46",
];

const ink: MantineColorsTuple = [
  "#f1f5f5",
  "#e2e9ea",
  "#c5d2d4",
  "#a5b7ba",
  "#84999d",
  "#667d82",
  "#4c6268",
  "#334a50",
  "#1d343a",
  "#0f2429",
];

/** For what wants attention: dark enough to be read as text on its own light shade. */
const amber: MantineColorsTuple = [
  "#fdf1dc",
  "#fae4bf",
  "#f3cd8c",
  "#ecb558",
  "#e69f00",
  "#c98600",
  "#a66c00",
  "#8a5700",
  "#744900",
  "#5c3900",
];

export const theme = createTheme({
  primaryColor: "lagoon",
  primaryShade: 7,
  colors: { lagoon, ink, amber },
  black: "#13262b",
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  headings: {
    fontFamily: '"Source Serif 4 Variable", Georgia, serif',
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "2rem", lineHeight: "1.2" },
      h2: { fontSize: "1.3rem" },
      h3: { fontSize: "1.05rem" },
    },
  },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { fw: 600 } }),
    Card: Card.extend({ defaultProps: { withBorder: true, padding: "lg", radius: "lg" } }),
    Paper: Paper.extend({ defaultProps: { radius: "lg" } }),
    Alert: Alert.extend({ styles: { title: { color: "var(--ink)" } } }),
    Modal: Modal.extend({
      styles: { title: { fontFamily: "var(--serif)", fontWeight: 600, fontSize: "1.2rem" } },
    }),
    Badge: Badge.extend({
      styles: { root: { flexShrink: 0 }, label: { overflow: "visible" } },
      defaultProps: { tt: "none", fw: 600, variant: "light" },
    }),
  },
});
