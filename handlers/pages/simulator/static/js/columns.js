// Three columns, one a role; two officers and the sector's group share theirs behind tabs. On a narrow screen one column shows at a time.

import { command } from "./api.js";
import { h } from "./dom.js";

const ROLES = [
  { role: "resident", title: "Vecina", caption: "Avisa y da seguimiento" },
  { role: "officer", title: "Oficial", caption: "Toma y atiende" },
  { role: "supervisor", title: "Supervisora", caption: "Ve que nada se quede sin atender" },
];

const columnOf = (phone) => (phone.owner.role === "group" ? "officer" : phone.owner.role);

export class Columns {
  constructor({ main, tabs, phones, report }) {
    this.report = report;
    this.columns = ROLES.map((role) => this.makeColumn(role, phones.filter((phone) => columnOf(phone) === role.role)));
    main.replaceChildren(...this.columns.map((column) => column.element));
    tabs.replaceChildren(...this.columns.map((column) => column.tab));
    this.pick(this.columns[0]);
  }

  makeColumn({ role, title, caption }, phones) {
    const column = { role, phones, unread: 0, current: phones[0] };
    column.tab = h("button", { type: "button", onclick: () => this.pick(column) }, h("span", {}, title), h("b", { class: "unread" }));
    const head = h("div", { class: "column-head" }, h("div", {}, h("h2", {}, title), h("p", {}, caption)), this.switcher(column));
    const panels = phones.map((phone, n) => panel(phone, phones.length > 1, n > 0));
    column.element = h("section", { class: `column column-${role}`, "aria-label": title }, head, ...panels);
    return column;
  }

  switcher(column) {
    if (column.phones.length > 1) return this.phoneTabs(column);
    const [phone] = column.phones;
    return phone?.owner.switchable ? this.networkChoice(phone) : null;
  }

  networkChoice(phone) {
    const choice = ([manner, label]) => {
      const input = h("input", { type: "radio", name: `canal-${phone.owner.id}`, value: manner, checked: phone.owner.manner === manner });
      input.addEventListener("change", () => command("canal", { phone: phone.owner.id, manner }).catch(this.report));
      return h("label", {}, input, h("span", {}, label));
    };
    const options = [["telegram", "Telegram"], ["whatsapp", "WhatsApp"]].map(choice);
    phone.networkInputs = options.map((option) => option.querySelector("input"));
    return h("fieldset", { class: "segments" }, h("legend", { class: "visually-hidden" }, "Canal de la vecina"), options);
  }

  phoneTabs(column) {
    const list = h("div", { class: "segments", role: "tablist", "aria-label": "Oficiales y grupo" });
    column.tabs = column.phones.map((phone, n) => {
      const tab = h(
        "button",
        { type: "button", role: "tab", id: `tab-${phone.owner.id}`, "aria-controls": `panel-${phone.owner.id}`, "aria-selected": String(n === 0), tabIndex: n ? -1 : 0, onclick: () => this.pickPhone(column, phone) },
        h("span", {}, phone.owner.name),
        h("b", { class: "unread" }),
      );
      phone.tab = tab;
      return tab;
    });
    list.append(...column.tabs);
    list.addEventListener("keydown", (event) => this.arrow(event, column));
    return list;
  }

  arrow(event, column) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = column.phones.indexOf(column.current);
    const next = column.phones[(at + step + column.phones.length) % column.phones.length];
    this.pickPhone(column, next);
    next.tab.focus();
  }

  pick(column) {
    this.current = column;
    for (const other of this.columns) {
      other.element.classList.toggle("picked", other === column);
      other.tab.setAttribute("aria-current", String(other === column));
    }
    this.read(column);
    column.current?.toEnd();
  }

  pickPhone(column, phone) {
    column.current = phone;
    for (const other of column.phones) {
      other.panel.hidden = other !== phone;
      other.tab.setAttribute("aria-selected", String(other === phone));
      other.tab.tabIndex = other === phone ? 0 : -1;
    }
    this.read(column);
    phone.toEnd();
  }

  pickById(phoneId) {
    const column = this.columns.find(({ phones }) => phones.some((phone) => phone.owner.id === phoneId));
    this.pick(column);
    return column.phones.find((phone) => phone.owner.id === phoneId);
  }

  // Something came to a phone that perhaps nobody is looking at.
  news(phone) {
    const column = this.columns.find(({ phones }) => phones.includes(phone));
    if (phone.tab && column.current !== phone) setUnread(phone.tab, (phone.unread = (phone.unread ?? 0) + 1));
    if (this.current !== column) setUnread(column.tab, (column.unread += 1));
  }

  read(column) {
    setUnread(column.tab, (column.unread = 0));
    const phone = column.current;
    if (phone?.tab) setUnread(phone.tab, (phone.unread = 0));
  }

  readAll() {
    for (const column of this.columns) {
      for (const phone of column.phones) if (phone.tab) setUnread(phone.tab, (phone.unread = 0));
      setUnread(column.tab, (column.unread = 0));
    }
  }
}

function panel(phone, tabbed, hidden) {
  phone.panel = h("div", { class: "phone", id: `panel-${phone.owner.id}`, hidden }, phone.frame);
  if (tabbed) {
    phone.panel.setAttribute("role", "tabpanel");
    phone.panel.setAttribute("aria-labelledby", `tab-${phone.owner.id}`);
  }
  return phone.panel;
}

function setUnread(tab, count) {
  const badge = tab.querySelector(".unread");
  badge.textContent = count ? String(count) : "";
  if (count) badge.setAttribute("aria-label", `${count} sin leer`);
  else badge.removeAttribute("aria-label");
}
