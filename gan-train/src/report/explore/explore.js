for (const range of document.querySelectorAll('input[type="range"]')) {
  const words = [...document.getElementById(range.id + '-words').options].map((word) => word.label);
  const strips = document.querySelectorAll('[data-slider="' + range.id + '"] img');
  const output = document.querySelector('output[for="' + range.id + '"]');
  const show = () => {
    const part = -100 * range.value / words.length;
    for (const strip of strips) strip.style.transform = 'translateY(' + part + '%)';
    output.textContent = words[range.value];
    range.setAttribute('aria-valuetext', words[range.value]);
  };
  range.disabled = false;
  range.addEventListener('input', show);
  show();
}
