// Every visible piece of text against what lies behind it; those under the 4.5 of WCAG 2.2 AA come back.
() => {
  const MINIMUM = 4.5;

  const read = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return colour.startsWith("color(srgb") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };

  const over = (top, under) => [0, 1, 2].map((n) => top[n] * top[3] + under[n] * (1 - top[3])).concat(1);

  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };

  // Of a gradient its first colour: ours are faint.
  const ground = (element) => {
    const { backgroundColor, backgroundImage } = getComputedStyle(element);
    const colour = read(backgroundColor);
    if (colour[3] > 0 || !backgroundImage.includes("gradient")) return colour;
    return read(backgroundImage.match(/rgba?\([^)]*\)/)[0]);
  };

  const behind = (element) => {
    const layers = [];
    for (let at = element; at && layers.at(-1)?.[3] !== 1; at = at.parentElement) layers.push(ground(at));
    return layers.reduceRight((under, layer) => over(layer, under), [255, 255, 255, 1]);
  };

  const contrast = (element) => {
    const under = behind(element);
    const [high, low] = [luminance(over(read(getComputedStyle(element).color), under)), luminance(under)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };

  return [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && !element.closest("svg, .visually-hidden, .skip-link"))
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .map((element) => [element.textContent.slice(0, 40), contrast(element)])
    .filter(([, ratio]) => ratio < MINIMUM)
    .map(([text, ratio]) => `${text}: ${ratio.toFixed(2)}`);
}
