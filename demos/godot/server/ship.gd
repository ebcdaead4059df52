# A player's ship, named by the player's id, which is its network master: no other peer moves it.
extends Node

puppet var motion = []


# Sent to each player by the ship's own player; the server does not use it.
puppet func introduce(_name, _hue):
	pass
