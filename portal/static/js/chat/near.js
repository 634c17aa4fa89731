// Long conversations open quickly because what is far away is drawn when somebody comes near.

const MARGIN = "1500px 0px";
const waiting = new WeakMap();

const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      waiting.get(target)?.();
      waiting.delete(target);
    }
  },
  { root: document.querySelector("#conversation [data-part=scroll]"), rootMargin: MARGIN },
);

export function whenNear(element, callback) {
  waiting.set(element, callback);
  observer.observe(element);
}

export function noLonger(element) {
  waiting.delete(element);
  observer.unobserve(element);
}
