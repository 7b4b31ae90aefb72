# Texte des Programms der Person, der geholfen wird. Die Regeln stehen in shared.ftl.
