// Light, dark, or as the system says; set before anything is drawn. Not a module: modules run late.
(() => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const wanted = () => localStorage.getItem('headroom.theme') ?? 'auto';
  const apply = () => {
    const dark = wanted() === 'dark' || (wanted() === 'auto' && system.matches);
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    dispatchEvent(new Event('themechange'));
  };
  system.addEventListener('change', apply);
  window.theme = {
    wanted,
    choose(name) {
      localStorage.setItem('headroom.theme', name);
      apply();
    },
  };
  apply();
})();
