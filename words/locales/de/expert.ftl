# Texte des Programms der Person, die hilft. Die Regeln stehen in shared.ftl.
