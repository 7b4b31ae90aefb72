# Texts of the viewer of the person who helps. The rules stand in shared.ftl.
