# Texts of the program of the person who is helped. The rules stand in shared.ftl.
