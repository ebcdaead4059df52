extends "res://base.gd"
class_name Main
const MODE = "any" + "_peer"
enum { A, B = 3 }
@rpc(MODE, "call_local", B)
func hurt(by: int, where := Vector2(1, 2)) -> void:
	pass
@rpc
func wave(): pass
class Inner:
	@rpc("authority") func deep(): pass
