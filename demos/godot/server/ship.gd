# A player's ship, named by the player's id, who is its network master: nobody else moves it.
extends Node

puppet var motion = []


# Told to each player by the ship's own; the server has no use for it.
puppet func introduce(_name, _hue):
	pass
