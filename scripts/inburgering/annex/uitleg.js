
"use strict";
const gegevens = JSON.parse(document.getElementById("gegevens").textContent);
const dialoog = document.getElementById("uitleg");
const titel = document.getElementById("uitleg-titel");
const plaats = document.getElementById("uitleg-tekst");
const getal = new Intl.NumberFormat("nl-BE");
let gekozen = null;

// Text is only ever set as text: nothing that an agency delivered becomes an element.
function element(soort, tekst, klasse) {
  const gemaakt = document.createElement(soort);
  if (tekst !== undefined) gemaakt.textContent = tekst;
  if (klasse) gemaakt.className = klasse;
  return gemaakt;
}

function meteen(aantal) {
  return (aantal > 0 ? "+" : aantal < 0 ? "−" : "") + getal.format(Math.abs(aantal));
}

function tabel(bijschrift, koppen, rijen, totaal, kenmerk) {
  const gemaakt = element("table");
  if (kenmerk) gemaakt.dataset.soort = kenmerk;
  gemaakt.append(element("caption", bijschrift));
  const kop = gemaakt.createTHead().insertRow();
  const cel = (rij, inhoud, nummer) => {
    const isGetal = typeof inhoud === "number" || nummer === koppen.length - 1;
    const gevuld = element(nummer ? "td" : "th", typeof inhoud === "number" ? getal.format(inhoud) : inhoud,
      isGetal && nummer ? "getal" : "tekst");
    if (!nummer) gevuld.scope = "row";
    rij.append(gevuld);
  };
  koppen.forEach(([tekst, isGetal]) => {
    const gevuld = element("th", tekst, isGetal ? "getal" : "label");
    gevuld.scope = "col";
    kop.append(gevuld);
  });
  const lijf = gemaakt.createTBody();
  rijen.forEach(rij => { const nieuwe = lijf.insertRow(); rij.forEach((inhoud, nummer) => cel(nieuwe, inhoud, nummer)); });
  if (totaal) { const voet = gemaakt.createTFoot().insertRow(); totaal.forEach((inhoud, nummer) => cel(voet, inhoud, nummer)); }
  return gemaakt;
}

function deel(rol, nummer) {
  const een = gegevens.delen[nummer];
  const gemaakt = element("section");
  gemaakt.dataset.rol = rol;
  gemaakt.append(element("h3", (rol ? rol + ": " + een.naam + ", " : "Wat erachter staat: ") + getal.format(een.personen) +
    (een.personen === 1 ? " persoon" : " personen")));
  if (een.bestanden.length) {
    gemaakt.append(tabel("Rijen per bestand", [["Bestand"], ["Rijen", true]],
      een.bestanden.map(([bestand, rijen]) => [gegevens.bestanden[bestand], rijen]), ["Totaal", een.personen], "bestanden"));
  }
  een.codes.forEach(codes => {
    gemaakt.append(element("h4", "Aangeleverde codes: " + codes.kenmerk));
    gemaakt.append(tabel("Wat het agentschap op die rijen invulde, en wat de codelijst daarvan zegt",
      [["Agentschap"], ["Code"], ["Betekenis"], ["Regel in lijst"], ["Rijen", true]],
      codes.rijen.map(([code, rijen]) => [...gegevens.codes[code], rijen]), ["Totaal", "", "", "", een.personen], "codes"));
  });
  return gemaakt;
}

function vorige(cijfer) {
  const gemaakt = element("section");
  gemaakt.dataset.rol = "vorig";
  gemaakt.append(element("h3", "Op de vorige peildatum, " + cijfer.vorig.datum));
  if (cijfer.vorig.waarde) gemaakt.append(element("p", "Toen stond er " + cijfer.vorig.waarde + ", nu " + cijfer.waarde + "."));
  if (cijfer.vorig.zin) gemaakt.append(element("p", cijfer.vorig.zin));
  cijfer.delen.forEach(([rol, nummer]) => {
    const een = gegevens.delen[nummer];
    if (!een.vorig) return;
    if (rol) gemaakt.append(element("p", rol + ": toen " + getal.format(een.vorig.personen) + ", nu " + getal.format(een.personen) + "."));
    const verschil = een.personen - een.vorig.personen;
    if (een.vorig.oorzaken && een.vorig.oorzaken.length) {
      gemaakt.append(tabel((rol ? rol + ": waarom" : "Waarom") + " er personen bij kwamen of wegvielen",
        [["Oorzaak"], ["Erbij", true], ["Eraf", true], ["Samen", true]],
        een.vorig.oorzaken.map(([oorzaak, erbij, eraf]) => [oorzaak, erbij, eraf, meteen(erbij - eraf)]),
        ["Verschil", "", "", meteen(verschil)], "oorzaken"));
    } else if (verschil && een.vorig.waarom) {
      gemaakt.append(element("p", een.vorig.waarom));
    }
  });
  return gemaakt;
}

function toon(knop) {
  const cijfer = gegevens.cijfers[Number(knop.dataset.cijfer)];
  if (gekozen) gekozen.classList.remove("gekozen");
  gekozen = knop;
  knop.classList.add("gekozen");
  titel.textContent = cijfer.titel;
  plaats.replaceChildren();
  cijfer.leden.forEach(lid => plaats.append(element("p", lid, "leden")));
  plaats.append(element("p", cijfer.waarde, "waarde"), element("p", cijfer.zin, "zin"));
  plaats.append(element("h3", "De regel"));
  const regels = element("dl");
  cijfer.regels.forEach(nummer => regels.append(...gegevens.teksten[nummer].map((tekst, rang) => element(rang ? "dd" : "dt", tekst))));
  plaats.append(regels);
  cijfer.delen.forEach(([rol, nummer]) => plaats.append(deel(rol, nummer)));
  if (cijfer.vorig) plaats.append(vorige(cijfer));
  dialoog.showModal();
  dialoog.scrollTop = 0;
  titel.focus();
}

document.getElementById("inhoud").addEventListener("click", gebeurtenis => {
  const knop = gebeurtenis.target.closest("button[data-cijfer]");
  if (knop) toon(knop);
});
dialoog.addEventListener("click", gebeurtenis => { if (gebeurtenis.target === dialoog) dialoog.close(); });
