# A player's ship, named by the player's id, which has the authority over it: no other peer moves it.
extends Node

@export var place := Vector2()
@export var speed := Vector2()
@export var heading := 0.0
@export var thrust := false
@export var pilot := ""
@export var hue := 0


func _enter_tree():
	set_multiplayer_authority(str(name).to_int())
